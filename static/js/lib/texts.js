// The one store of streaming texts on a page, shared by the elements that show them.
import { StreamTexts } from './stream-texts.js';

export const texts = new StreamTexts();
