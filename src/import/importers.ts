import { fdm } from './fdm/fdm.ts';
import { fetchmail } from './fetchmail/fetchmail.ts';
import { getmail } from './getmail/getmail.ts';
import { mpop } from './mpop/mpop.ts';
import type { Importer } from './plan.ts';
import { thunderbird } from './thunderbird/thunderbird.ts';

/** Every program whose set-up can be taken over. */
export const importers: readonly Importer[] = [fetchmail, getmail, mpop, fdm, thunderbird];
