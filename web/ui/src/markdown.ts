/** A piece of a line. */
export type Inline = { kind: 'text' | 'bold'; text: string } | { kind: 'link'; text: string; url: string };

/** A paragraph or a list. */
export type Block = { kind: 'paragraph'; lines: Inline[][] } | { kind: 'list'; ordered: boolean; items: Inline[][] };

const INLINE = /\*\*([^*]+)\*\*|\[([^\]]+)\]\((https:\/\/[^\s)]+)\)/g;
const ITEM = /^\s*(?:([-*])|\d+[.)])\s+(.*)$/;

function inlines(line: string): Inline[] {
  const found: Inline[] = [];
  let end = 0;
  for (const match of line.matchAll(INLINE)) {
    if (match.index > end) found.push({ kind: 'text', text: line.slice(end, match.index) });
    const [, bold, label, url] = match;
    if (bold) found.push({ kind: 'bold', text: bold });
    else if (label && url) found.push({ kind: 'link', text: label, url });
    end = match.index + match[0].length;
  }
  if (end < line.length) found.push({ kind: 'text', text: line.slice(end) });
  return found;
}

/**
 * The small Markdown of answers: paragraphs, lists, **bold** and [links](https://...). Everything else stays text, so
 * nothing that a customer or an article writes becomes markup of ours.
 */
export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const line of text.split(/\r?\n/)) {
    const item = ITEM.exec(line);
    if (!line.trim()) {
      open = null;
    } else if (item) {
      const ordered = !item[1];
      if (open?.kind !== 'list' || open.ordered !== ordered) {
        open = { kind: 'list', ordered, items: [] };
        blocks.push(open);
      }
      open.items.push(inlines(item[2] ?? ''));
    } else {
      if (open?.kind !== 'paragraph') {
        open = { kind: 'paragraph', lines: [] };
        blocks.push(open);
      }
      open.lines.push(inlines(line));
    }
  }
  return blocks;
}
