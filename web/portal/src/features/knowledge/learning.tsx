import { Alert, App, Button, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { LearningQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { LearningCurve } from './learning-curve.tsx';

const LEARNING = graphql(`
  query Learning($after: String) {
    botModels { id number status lessons learned createdAt comparison { before after error questions } }
    learnedQuestions(first: 50, after: $after) {
      edges { node { id text probability times article { id texts { locale title } } } }
      pageInfo { hasNextPage endCursor }
    }
    botSettings { learns }
  }
`);
const LEARN = graphql(`
  mutation LearnFromCustomers {
    learnFromCustomers { status errors { field message } model { id number status } }
  }
`);
const ACTIVATE = graphql(`
  mutation ActivateBotModel($id: ID) {
    activateBotModel(id: $id) { status errors { field message } models { id status } }
  }
`);
const UNLEARN = graphql(`
  mutation UnlearnQuestion($id: ID!) {
    unlearnQuestion(id: $id) { status errors { field message } removed }
  }
`);

type Model = LearningQuery['botModels'][number];
type Question = LearningQuery['learnedQuestions']['edges'][number]['node'];

const COLORS: Record<Model['status'], string | undefined> = { SERVING: 'success', RETIRED: undefined, REFUSED: 'warning' };

/** What the bot has learned by itself: how good it became, from what, and ways back. */
export function Learning(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const { modal, message } = App.useApp();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [after, setAfter] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [{ data, fetching, error }, again] = useQuery({ query: LEARNING, variables: { after } });
  const models = data?.botModels ?? [];
  const refresh = (): void => again({ requestPolicy: 'network-only' });
  const learn = async (): Promise<void> => {
    setBusy(true);
    const learned = await act(LEARN, {});
    setBusy(false);
    if (learned?.model) void message.info(t(`learning.came.${learned.model.status}`));
    refresh();
  };
  const activate = (id: string | null, title: string): void => {
    modal.confirm({
      title,
      content: t('learning.waits'),
      onOk: async () => {
        await act(ACTIVATE, { id }, t('releases.active'));
        setAfter(null);
        refresh();
      },
    });
  };
  const unlearn = (question: Question): void => {
    modal.confirm({
      title: t('learning.unlearnSure'),
      content: question.text,
      onOk: async () => {
        await act(UNLEARN, { id: question.id }, t('learning.unlearned'));
        refresh();
      },
    });
  };
  return (
    <State fetching={fetching && !data} error={error}>
      <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
        <Alert type="info" showIcon title={t(data?.botSettings.learns ? 'learning.about' : 'learning.off')} />
        {manages && (
          <Space wrap>
            <Button type="primary" loading={busy} onClick={() => void learn()}>{t('learning.now')}</Button>
            {models.some((model) => model.status === 'SERVING') && (
              <Button onClick={() => activate(null, t('learning.withoutSure'))}>{t('learning.without')}</Button>
            )}
          </Space>
        )}
        <LearningCurve models={models} />
        <Models rows={models} onUse={manages ? (model) => activate(model.id, t('learning.back', { number: model.number })) : undefined} />
        <h2 style={{ fontSize: 16, margin: 0 }}>{t('learning.questions')}</h2>
        <Questions data={data} after={after} onAfter={setAfter} onUnlearn={manages ? unlearn : undefined} />
      </Space>
    </State>
  );
}

function Models(props: { rows: Model[]; onUse: ((model: Model) => void) | undefined }): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { onUse } = props;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const compared = ({ comparison }: Model): string =>
    `${percent.format(comparison.before)} → ${percent.format(comparison.after)} (± ${percent.format(comparison.error)})`;
  return (
    <Table
      rowKey="id"
      dataSource={props.rows}
      pagination={{ pageSize: 10, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('learning.empty') }}
      columns={[
        { title: t('learning.model'), render: (_, row) => <>#{row.number} <Tag color={COLORS[row.status]}>{t(`learning.status.${row.status}`)}</Tag></> },
        { title: t('learning.lessons'), render: (_, row) => format.number(row.lessons) },
        { title: t('learning.learned'), render: (_, row) => format.number(row.learned) },
        { title: t('learning.share'), render: (_, row) => compared(row) },
        { title: t('learning.at'), render: (_, row) => format.time(row.createdAt) },
        ...(onUse
          ? [{ title: t('common.actions'), render: (_: unknown, row: Model) => row.status !== 'SERVING' && <Button size="small" onClick={() => onUse(row)}>{t('releases.use')}</Button> }]
          : []),
      ]}
    />
  );
}

function Questions(props: {
  data: LearningQuery | undefined;
  after: string | null;
  onAfter: (after: string | null) => void;
  onUnlearn: ((question: Question) => void) | undefined;
}): ReactNode {
  const { t, i18n } = useTranslation();
  const { onUnlearn } = props;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' });
  const rows = props.data?.learnedQuestions.edges.map((edge) => edge.node) ?? [];
  const title = ({ article }: Question): string =>
    (article?.texts.find((text) => text.locale === i18n.language) ?? article?.texts[0])?.title ?? t('learning.gone');
  return (
    <State fetching={false} error={undefined} empty={rows.length === 0} emptyText={t('learning.nothing')}>
      <PagedTable
        label={t('learning.questions')}
        rows={rows}
        rowKey="id"
        after={props.after}
        onAfter={props.onAfter}
        pageInfo={props.data?.learnedQuestions.pageInfo}
        columns={[
          { title: t('unanswered.question'), dataIndex: 'text' },
          { title: t('learning.means'), render: (_, row) => title(row) },
          { title: t('learning.sure'), render: (_, row) => percent.format(row.probability) },
          { title: t('learning.times'), dataIndex: 'times' },
          ...(onUnlearn
            ? [{ title: t('common.actions'), render: (_: unknown, row: Question) => <Button size="small" danger onClick={() => onUnlearn(row)}>{t('learning.unlearn')}</Button> }]
            : []),
        ]}
      />
    </State>
  );
}
