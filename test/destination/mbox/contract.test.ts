import { destinationContract } from '../../contract/destination.ts';
import { mboxPlace, withLastLineEnd } from './place.ts';

destinationContract('an mbox', mboxPlace, withLastLineEnd);
