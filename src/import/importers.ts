import { fetchmail } from './fetchmail/fetchmail.ts';
import { mpop } from './mpop/mpop.ts';
import type { Importer } from './plan.ts';

/** Every program whose set-up can be taken over. */
export const importers: readonly Importer[] = [fetchmail, mpop];
