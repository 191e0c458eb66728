import { parseMarkdown, type Inline } from '@lingxi/ui';
import type { ReactNode } from 'react';

function line(parts: Inline[]): ReactNode[] {
  return parts.map((part, index) => {
    if (part.kind === 'bold') return <strong key={index}>{part.text}</strong>;
    if (part.kind === 'link') {
      return (
        <a key={index} href={part.url} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      );
    }
    return part.text;
  });
}

/** The small Markdown of answers. */
export function Markdown(props: { text: string }): ReactNode {
  return parseMarkdown(props.text).map((block, index) => {
    if (block.kind === 'paragraph') {
      return (
        <p key={index}>
          {block.lines.map((parts, row) => (
            <span key={row}>
              {row > 0 && <br />}
              {line(parts)}
            </span>
          ))}
        </p>
      );
    }
    const items = block.items.map((parts, row) => <li key={row}>{line(parts)}</li>);
    return block.ordered ? <ol key={index}>{items}</ol> : <ul key={index}>{items}</ul>;
  });
}
