import { destinationContract } from '../../contract/destination.ts';
import { pipePlace } from './place.ts';

destinationContract('a command', pipePlace);
