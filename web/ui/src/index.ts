export { parseMarkdown, type Block, type Inline } from './markdown.ts';
export { ReadingPlace } from './place.ts';
export { chooseLocale, type Locale } from './locale.ts';
