import { Button, Descriptions, Input, Progress, Table, Tag, Typography } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { Markdown } from '../../lib/markdown.tsx';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { SAVE_GOLD } from './gold.tsx';

const TEST = graphql(`
  query TestBot($text: String!, $locale: String!) {
    testBot(text: $text, locale: $locale) {
      kind text reason inScope trust locale
      choices { value label }
      candidates { articleId title probability similarity matchedQuestion }
    }
  }
`);
const percent = (value: number): number => Math.round(value * 1000) / 10;

/** Ask the bot and see why it answers as it does. */
export function TestConsole(): ReactNode {
  const { t, i18n } = useTranslation();
  const act = useAction();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [text, setText] = useState('');
  const [{ data, fetching, error }] = useQuery({ query: TEST, variables: { text, locale: i18n.language }, pause: !text });
  const gold = (articleId: string | null): void => void act(SAVE_GOLD, { text, articleId }, t('gold.saved'));
  const decision = text ? data?.testBot : undefined;
  return (
    <>
      <Input.Search
        aria-label={t('test.question')}
        placeholder={t('test.question')}
        enterButton={t('test.ask')}
        maxLength={500}
        onSearch={setText}
        style={{ maxWidth: 560, marginBottom: 16 }}
      />
      <State fetching={fetching} error={error} empty={!decision} emptyText={t('test.hint')}>
        {decision && (
          <>
            <Descriptions
              bordered
              size="small"
              column={1}
              items={[
                { key: 'kind', label: t('test.does'), children: <Tag color={decision.kind === 'HAND_OVER' ? 'warning' : 'processing'}>{t(`decision.${decision.kind}`)}</Tag> },
                { key: 'reason', label: t('test.why'), children: t(`reason.${decision.reason}`) },
                { key: 'scope', label: t('test.scope'), children: <Progress aria-label={t('test.scope')} percent={percent(decision.inScope)} /> },
                {
                  key: 'trust',
                  label: t('test.trust'),
                  children: (
                    <>
                      <Progress aria-label={t('test.trust')} percent={percent(decision.trust)} />
                      <Typography.Text type="secondary">{t('test.trustHint')}</Typography.Text>
                    </>
                  ),
                },
                { key: 'says', label: t('test.says'), children: <Markdown text={decision.text} /> },
                { key: 'choices', label: t('test.choices'), children: decision.choices.map((choice) => <Tag key={choice.value}>{choice.label}</Tag>) },
              ]}
            />
            <Table
              style={{ marginTop: 16 }}
              size="small"
              rowKey="articleId"
              pagination={false}
              dataSource={decision.candidates}
              columns={[
                { title: t('article.title'), dataIndex: 'title' },
                { title: t('test.probability'), render: (_, row) => `${percent(row.probability)} %` },
                { title: t('test.similarity'), render: (_, row) => row.similarity.toFixed(2) },
                { title: t('test.matched'), dataIndex: 'matchedQuestion' },
                ...(manages
                  ? [{ title: t('common.actions'), render: (_: unknown, row: { articleId: string }) => <Button size="small" onClick={() => gold(row.articleId)}>{t('test.right')}</Button> }]
                  : []),
              ]}
            />
            {manages && <Button style={{ marginTop: 12 }} onClick={() => gold(null)}>{t('test.person')}</Button>}
          </>
        )}
      </State>
    </>
  );
}
