import { Table, Tag } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { BotSettingsInput, RulesPreviewQuery } from '../../gql/graphql.ts';
import { State } from '../../lib/page.tsx';

const PREVIEW = graphql(`
  query RulesPreview($input: BotSettingsInput!) {
    previewBotSettings(input: $input) {
      questions
      now { answered listed handedOver }
      then { answered listed handedOver }
      examples { text now then first }
    }
  }
`);

type Counts = RulesPreviewQuery['previewBotSettings']['now'];

/** Waits until somebody stops typing. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What the rules in the form would have done with last week's questions. */
export function RulesPreview(props: { input: BotSettingsInput }): ReactNode {
  const { t } = useTranslation();
  const { enabled, answerThreshold, listThreshold, handoverPhrases, learns, rephrases } = useSettled(props.input);
  const input = { enabled, answerThreshold: answerThreshold ?? 0, listThreshold: listThreshold ?? 0, handoverPhrases, learns, rephrases: rephrases ?? false };
  const [{ data, fetching, error }] = useQuery({ query: PREVIEW, variables: { input } });
  const preview = data?.previewBotSettings;
  return (
    <section aria-label={t('preview.title')} style={{ flex: '1 1 360px' }}>
      <h2 style={{ fontSize: 16, marginTop: 0 }}>{t('preview.title')}</h2>
      <State fetching={fetching && !data} error={error} empty={preview?.questions === 0} emptyText={t('preview.nothing')}>
        {preview && (
          <>
            <Shares label={t('preview.now')} counts={preview.now} all={preview.questions} />
            <Shares label={t('preview.then')} counts={preview.then} all={preview.questions} />
            {preview.examples.length > 0 && (
              <Table
                size="small"
                style={{ marginTop: 12 }}
                rowKey={(row) => row.text}
                dataSource={preview.examples}
                pagination={{ pageSize: 5, hideOnSinglePage: true }}
                columns={[
                  { title: t('unanswered.question'), dataIndex: 'text' },
                  { title: t('preview.now'), render: (_, row) => <Tag>{t(`decision.${row.now}`)}</Tag> },
                  { title: t('preview.then'), render: (_, row) => <Tag color="processing">{t(`decision.${row.then}`)}</Tag> },
                  { title: t('article.title'), render: (_, row) => row.first ?? '–' },
                ]}
              />
            )}
          </>
        )}
      </State>
    </section>
  );
}

/** How many were answered, listed, handed over, as a bar. */
function Shares(props: { label: string; counts: Counts; all: number }): ReactNode {
  const { t } = useTranslation();
  const { counts, all } = props;
  const parts = [['answered', counts.answered], ['listed', counts.listed], ['handedOver', counts.handedOver]] as const;
  return (
    <div style={{ marginBottom: 8 }}>
      <div>{props.label}: {parts.map(([name, count]) => `${t(`preview.${name}`)} ${count}`).join(' · ')}</div>
      <div className="shares" aria-hidden="true">
        {parts.map(([name, count]) => <span key={name} className={name} style={{ width: `${(100 * count) / Math.max(1, all)}%` }} />)}
      </div>
    </div>
  );
}
