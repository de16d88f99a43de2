import { request } from 'node:http';

/** Somebody with a browser who fills in what the pages of the tests' authorization server ask. */
export class ConsentingPerson {
  readonly #login: string;
  readonly #cookies = new Map<string, string>();

  constructor(login: string) {
    this.#login = login;
  }

  /** Opens the page, logs in and consents; resolves with the last page that came. */
  open(page: string): Promise<Page> {
    return this.#follow(page, {});
  }

  /** Opens the page, and enters the code there before anything else. */
  enter(page: string, code: string): Promise<Page> {
    return this.#follow(page, { user_code: code });
  }

  /** Opens the page, enters the code where there is one, and leaves by the first link that says no. */
  async refuse(page: string, code: string | undefined): Promise<Page> {
    const asked = await this.#follow(page, { user_code: code ?? '' }, linkToLeave);
    const no = linkToLeave(asked);
    if (no === undefined) throw new Error(`no way to refuse:\n${asked.text}`);
    return this.#load(no, undefined);
  }

  async #follow(
    page: string,
    answers: Readonly<Record<string, string>>,
    isEnough: (at: Page) => unknown = () => false,
  ): Promise<Page> {
    let at = await this.#load(page, undefined);
    for (let forms = 0; forms < 10; forms++) {
      if (isEnough(at)) return at;
      const form = formIn(at, { ...answers, login: this.#login, password: 'any' });
      if (form === undefined) return at;
      at = await this.#load(form.action, form.fields);
    }
    throw new Error(`page after page:\n${at.text}`);
  }

  /** Follows redirects, with cookies. */
  async #load(url: string, fields: URLSearchParams | undefined): Promise<Page> {
    const page = await fetched(url, fields, this.#cookies);
    for (const cookie of page.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    const { location } = page;
    return location === undefined ? page : this.#load(new URL(location, url).href, undefined);
  }
}

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

function linkToLeave({ text, url }: Page): string | undefined {
  const link = /href="([^"]*\/abort)"/.exec(text)?.[1];
  return link === undefined ? undefined : new URL(link, url).href;
}

interface Form {
  readonly action: string;
  readonly fields: URLSearchParams;
}

/** The first form, each field with what it holds or what is known for it. */
function formIn({ text, url }: Page, answers: Readonly<Record<string, string>>): Form | undefined {
  const [, attributes = '', inner = ''] = /<form([^>]*)>(.*?)<\/form>/s.exec(text) ?? [];
  const action = /action="([^"]*)"/.exec(attributes)?.[1];
  if (action === undefined) return undefined;
  const fields = new URLSearchParams();
  for (const [input] of inner.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    const value = /value="([^"]*)"/.exec(input)?.[1];
    if (name !== undefined) fields.set(name, value ?? answers[name] ?? '');
  }
  return { action: new URL(action, url).href, fields };
}

interface Fetched extends Page {
  readonly location: string | undefined;
  readonly cookies: readonly string[];
}

function fetched(
  url: string,
  fields: URLSearchParams | undefined,
  cookies: ReadonlyMap<string, string>,
): Promise<Fetched> {
  const body = fields?.toString();
  const headers = {
    cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: body === undefined ? 'GET' : 'POST', headers });
    asked.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => {
        const { location, 'set-cookie': set = [] } = answer.headers;
        resolve({ url, status: answer.statusCode ?? 0, text, location, cookies: set });
      });
    });
    asked.end(body);
  });
}
