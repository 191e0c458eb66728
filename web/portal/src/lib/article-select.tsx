import { Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../gql/index.ts';

const FIND = graphql(`
  query FindArticles($search: String) {
    articles(search: $search, first: 20) { edges { node { id texts { locale title } } } }
  }
`);

type Titled = { texts: { locale: string; title: string }[] };

/** An article's title in a language, or in any. */
export const titleOf = (article: Titled, locale: string): string =>
  (article.texts.find((text) => text.locale === locale) ?? article.texts[0])?.title ?? '';

/** A choice of one article, found by words of it; `none` is what stands for no article. */
export function ArticleSelect(props: {
  label: string;
  none: string;
  value?: string | null;
  /** The chosen one, where it is not among those that are found. */
  known?: { value: string; label: string } | undefined;
  onChange?: (id: string | null) => void;
}): ReactNode {
  const { i18n } = useTranslation();
  const { known } = props;
  const [search, setSearch] = useState<string | null>(null);
  const [{ data, fetching }] = useQuery({ query: FIND, variables: { search } });
  const found = data?.articles.edges.map(({ node }) => ({ value: node.id, label: titleOf(node, i18n.language) })) ?? [];
  return (
    <Select
      aria-label={props.label}
      style={{ minWidth: 240, width: '100%' }}
      showSearch={{ filterOption: false, onSearch: (words) => setSearch(words || null) }}
      loading={fetching}
      value={props.value ?? ''}
      onChange={(id: string) => props.onChange?.(id || null)}
      options={[{ value: '', label: props.none }, ...(known && !found.some((one) => one.value === known.value) ? [known] : []), ...found]}
    />
  );
}
