import { join } from 'node:path';

/** Only yargs searches, and only for the program's package.json, which lies beside the bundle's folder. */
export default () => join(__dirname, '..', 'package.json');
