// Builds dist/popfetch_VERSION_ARCH.deb from what `npm run build` made: node packaging/deb.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const { version, description } = JSON.parse(readFileSync('package.json', 'utf8'));
const debianVersion = `${version}-1`;
/** Who answers for the package, in the form of deb-control(5). */
const maintainer = process.env.DEBFULLNAME
  ? `${process.env.DEBFULLNAME} <${process.env.DEBEMAIL}>`
  : 'popfetch <popfetch@localhost>';
/** Seconds since 1970; for a package that comes out the same each time, see reproducible-builds.org. */
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000));
const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();

const root = mkdtempSync(join(tmpdir(), 'popfetch-deb-'));
chmodSync(root, 0o755);
try {
  program('usr/lib/popfetch');
  documents('usr/share/doc/popfetch');
  units();
  completions();
  control();
  settle(root);
  const target = `dist/popfetch_${debianVersion}_${architecture}.deb`;
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, target]);
  process.stdout.write(`${target}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function program(folder) {
  copy('bin/popfetch.cjs', `${folder}/bin/popfetch.cjs`);
  const built = readdirSync('dist').filter((name) =>
    /^popfetch\..*(?:cjs|cache|schema\.json)$/.test(name),
  );
  for (const name of built) copy(`dist/${name}`, `${folder}/dist/${name}`);
  // Of the native package the binary alone is loaded, and only the one for this system.
  const native = 'node_modules/fs-native-extensions';
  const binary = `prebuilds/linux-${process.arch}/fs-native-extensions.node`;
  for (const name of ['package.json', binary])
    copy(`${native}/${name}`, `${folder}/${native}/${name}`);
  place('usr/bin');
  symlinkSync(`../lib/popfetch/bin/popfetch.cjs`, join(root, 'usr/bin/popfetch'));
}

function documents(folder) {
  for (const page of ['popfetch.1', 'popfetch.yaml.5'])
    zipped(`usr/share/man/man${page.slice(-1)}/${page}`, readFileSync(`man/${page}`));
  for (const name of ['README.md', 'examples']) copy(name, `${folder}/${name}`);
  zipped(`${folder}/changelog`, readFileSync('CHANGELOG.md'));
  zipped(`${folder}/changelog.Debian`, debianChangelog());
  const native = readFileSync('node_modules/fs-native-extensions/LICENSE', 'utf8');
  const notices = readFileSync('dist/THIRD-PARTY-NOTICES', 'utf8');
  zipped(`${folder}/THIRD-PARTY-NOTICES`, `${notices}\nfs-native-extensions\n\n${native}`);
  write(`${folder}/copyright`, copyright());
  copy('packaging/debian/lintian-overrides', 'usr/share/lintian/overrides/popfetch');
}

function debianChangelog() {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `popfetch (${debianVersion}) unstable; urgency=medium

  * Package of popfetch ${version}; its own changes are in changelog.gz.

 -- ${maintainer}  ${date}
`;
}

function copyright() {
  const license = readFileSync('LICENSE', 'utf8');
  const holder = /^Copyright \(c\) (.*)$/m.exec(license)?.[1];
  const terms = license.slice(license.indexOf('Permission is hereby')).trimEnd();
  const text = terms.split('\n').map((line) => (line === '' ? ' .' : ` ${line}`));
  const head = readFileSync('packaging/debian/copyright-head', 'utf8');
  return `${head}Files: *\nCopyright: ${holder}\nLicense: Expat\n${text.join('\n')}

Files: usr/lib/popfetch/node_modules/fs-native-extensions/*
Copyright: Kasper Isager Dalsgard, Holepunch
License: Apache-2.0
 On Debian systems, the full text of the Apache License version 2.0 can be
 found in /usr/share/common-licenses/Apache-2.0.
`;
}

/** The examples' units, made for this place; which passwords the system's service gets is for its owner to say. */
function units() {
  copy('examples/systemd/user', 'usr/lib/systemd/user');
  const unit = readFileSync('examples/systemd/system/popfetch.service', 'utf8');
  write('usr/lib/systemd/system/popfetch.service', unit.replace(/^(?=LoadCredential=)/gm, '#'));
}

function completions() {
  const places = {
    bash: 'usr/share/bash-completion/completions/popfetch',
    zsh: 'usr/share/zsh/vendor-completions/_popfetch',
    fish: 'usr/share/fish/vendor_completions.d/popfetch.fish',
  };
  for (const [shell, path] of Object.entries(places)) {
    const words = ['bin/popfetch.cjs', 'completion', shell];
    const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (status === 0) write(path, stdout);
  }
}

function control() {
  for (const name of ['postinst', 'prerm', 'postrm']) {
    copy(`packaging/debian/${name}`, `DEBIAN/${name}`);
    chmodSync(join(root, 'DEBIAN', name), 0o755);
  }
  const installed = files(root).filter((path) => !path.startsWith('DEBIAN/'));
  const regular = installed.filter((path) => path !== 'usr/bin/popfetch');
  const size = regular.reduce(
    (sum, path) => sum + Math.ceil(statSync(join(root, path)).size / 1024),
    0,
  );
  const sums = regular.map((path) => {
    const sum = createHash('md5')
      .update(readFileSync(join(root, path)))
      .digest('hex');
    return `${sum}  ${path}\n`;
  });
  write('DEBIAN/md5sums', sums.join(''));
  write(
    'DEBIAN/control',
    `Package: popfetch
Version: ${debianVersion}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${size}
Depends: nodejs (>= 20.19), libc6, init-system-helpers (>= 1.52)
Recommends: ca-certificates
Suggests: maildrop | procmail
Section: mail
Priority: optional
Description: ${description.replace(/^./, (first) => first.toLowerCase())}
 popfetch polls POP3 accounts, several at once, skips what it has seen, and
 delivers each new message to a Maildir, an mbox, a mail server or a command.
 It runs from cron or a systemd timer, or stays and polls on schedule.
 .
 Nothing is fetched after the installation: "popfetch demo" shows it at work,
 popfetch(1) says how to go on.
`,
  );
}

/** Modes and times that do not depend on who builds, and when. */
function settle(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settle(path);
    if (entry.isFile()) {
      const isRun = /\/(?:bin\/popfetch\.cjs|DEBIAN\/(?:postinst|prerm|postrm))$/.test(path);
      chmodSync(path, isRun ? 0o755 : 0o644);
    }
    if (!entry.isSymbolicLink()) utimesSync(path, epoch, epoch);
  }
  chmodSync(folder, 0o755);
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

function place(folder) {
  mkdirSync(join(root, folder), { recursive: true });
}

function copy(from, to) {
  place(dirname(to));
  cpSync(from, join(root, to), { recursive: true });
}

function write(to, content) {
  place(dirname(to));
  writeFileSync(join(root, to), content);
}

/** Without name and time, as gzip -n does. */
function zipped(to, content) {
  write(`${to}.gz`, gzipSync(content, { level: 9 }));
}
