import { get } from 'node:https';

export interface HttpsRequest {
  readonly url: string;
  /** Octets; a longer answer is none. */
  readonly most: number;
  /** Instead of those that Node brings along; undefined for these. */
  readonly authorities: readonly Buffer[] | undefined;
  readonly signal: AbortSignal;
  /** Told of each address before it is asked, when one leads to another. */
  readonly announce: (url: string) => void;
}

/** How often one address may lead to another. */
const mostRedirects = 3;

/**
 * What a web server answers, over TLS with its certificate checked; undefined where there is no such page, or no such
 * server. Other addresses are followed as long as they are https too.
 */
export async function httpsText(request: HttpsRequest): Promise<string | undefined> {
  let { url } = request;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await answerOf(url, request);
    if (answer.location === undefined) return answer.text;
    if (!URL.canParse(answer.location, url)) return undefined;
    const next = new URL(answer.location, url);
    if (next.protocol !== 'https:') return undefined;
    url = next.href;
    request.announce(url);
  }
  return undefined;
}

interface Answer {
  readonly text?: string;
  readonly location?: string;
}

function answerOf(url: string, { most, authorities, signal }: HttpsRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const ca = authorities === undefined ? {} : { ca: [...authorities] };
    const asked = get(url, { ...ca, signal, headers: { 'user-agent': 'popfetch' } }, (response) => {
      const { statusCode = 0, headers } = response;
      const isRedirect = statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
      const chunks: Buffer[] = [];
      let octets = 0;
      const settle = (answer: Answer) => {
        asked.destroy();
        resolve(answer);
      };
      if (isRedirect) return settle({ location: headers.location ?? '' });
      if (statusCode !== 200) return settle({});
      response.on('data', (chunk: Buffer) => {
        octets += chunk.length;
        if (octets > most) settle({});
        else chunks.push(chunk);
      });
      response.on('end', () => settle({ text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', () => settle({}));
    });
    asked.on('error', () => resolve({}));
  });
}
