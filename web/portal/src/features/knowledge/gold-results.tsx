import { Table, type TableColumnsType, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '../../gql/index.ts';
import type { CheckPublishQuery, GoldStatus } from '../../gql/graphql.ts';
import { titleOf } from '../../lib/article-select.tsx';

export const CHECK = graphql(`
  query CheckPublish {
    checkPublish {
      articles added changed removed
      gold {
        now after kind first
        question { id text articleId }
        expected { id texts { locale title } }
      }
    }
  }
`);

type Gold = CheckPublishQuery['checkPublish']['gold'][number];

const RANK: Record<GoldStatus, number> = { RIGHT: 0, LISTED: 1, WRONG: 2 };
const COLORS: Record<GoldStatus, string> = { RIGHT: 'success', LISTED: 'warning', WRONG: 'error' };

/** Whether publishing makes the question fare worse. */
export const isWorse = (row: Gold): boolean => row.now != null && RANK[row.after] > RANK[row.now];

/** How gold questions fare now, and would after publishing. */
export function GoldResults(props: { rows: Gold[]; actions?: (row: Gold) => ReactNode }): ReactNode {
  const { t, i18n } = useTranslation();
  const { actions } = props;
  const status = (value: GoldStatus | null | undefined): ReactNode => (value ? <Tag color={COLORS[value]}>{t(`gold.${value}`)}</Tag> : '–');
  const expected = (row: Gold): string => {
    if (row.expected) return titleOf(row.expected, i18n.language);
    return row.question.articleId ? t('gold.gone') : t('gold.person');
  };
  const columns: TableColumnsType<Gold> = [
    { title: t('gold.question'), render: (_, row) => row.question.text },
    { title: t('gold.expects'), render: (_, row) => expected(row) },
    { title: t('gold.now'), render: (_, row) => status(row.now) },
    { title: t('gold.after'), render: (_, row) => <>{status(row.after)}{row.after !== 'RIGHT' && ` ${t(`decision.${row.kind}`)}: ${row.first ?? '–'}`}</> },
  ];
  if (actions) columns.push({ title: t('common.actions'), render: (_, row) => actions(row) });
  return (
    <Table
      size="small"
      aria-label={t('knowledge.gold')}
      rowKey={(row) => row.question.id}
      dataSource={props.rows}
      columns={columns}
      scroll={{ x: 'max-content' }}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
    />
  );
}
