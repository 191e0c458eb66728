import { Alert, Button, Modal, Progress, Table } from 'antd';
import { type ChangeEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ImportProgressQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { currentLocale } from '../../lib/i18n.ts';

const PROGRESS = graphql(`
  query ImportProgress($id: ID!) {
    knowledgeImport(id: $id) {
      id fileName status encoding rows articles stored
      errors { row message }
      preview { title answer locale questions }
    }
  }
`);
const RUN = graphql(`
  mutation RunImport($id: ID!) {
    runKnowledgeImport(id: $id) { status errors { field message } import { id status } }
  }
`);

type Import = NonNullable<ImportProgressQuery['knowledgeImport']>;

/** Choose a file, look at what it holds, store it, watch it being stored. */
export function ImportDialog(props: { onClose: (stored: boolean) => void }): ReactNode {
  const { t } = useTranslation();
  const client = useClient();
  const act = useAction();
  const [found, setFound] = useState<Import | null>(null);
  const [refused, setRefused] = useState('');
  const [busy, setBusy] = useState(false);
  const look = async (id: string): Promise<void> => {
    const result = await client.query(PROGRESS, { id }).toPromise();
    setFound(result.data?.knowledgeImport ?? null);
  };
  const running = found?.status === 'RUNNING' ? found.id : null;
  useEffect(() => {
    if (!running) return;
    const ticks = setInterval(() => void look(running), 300);
    return () => clearInterval(ticks);
  });
  const upload = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    if (!file) return;
    setBusy(true);
    setRefused('');
    const body = new FormData();
    body.append('file', file);
    const response = await fetch('/knowledge/imports', { method: 'POST', body, headers: { 'accept-language': currentLocale() } });
    const answer = (await response.json()) as { id?: string; detail?: string };
    setBusy(false);
    if (answer.id) await look(answer.id);
    else setRefused(answer.detail ?? t('common.offline'));
  };
  const run = async (): Promise<void> => {
    if (found && (await act(RUN, { id: found.id }))) await look(found.id);
  };
  const done = found?.status === 'DONE';
  const footer = done ? (
    <Button type="primary" onClick={() => props.onClose(true)}>{t('common.close')}</Button>
  ) : (
    <>
      <Button onClick={() => props.onClose(false)}>{t('common.cancel')}</Button>
      <Button type="primary" disabled={found?.status !== 'PREVIEW' || found.articles === 0} onClick={() => void run()}>
        {t('import.store', { count: found?.articles ?? 0 })}
      </Button>
    </>
  );
  return (
    <Modal open width={760} title={t('knowledge.import')} footer={footer} onCancel={() => props.onClose(done)}>
      <p>{t('import.hint')}</p>
      <input type="file" aria-label={t('import.file')} accept=".csv,.tsv,.jsonl,.xlsx" disabled={busy} onChange={(event) => void upload(event)} />
      {refused && <Alert type="error" showIcon title={refused} style={{ marginTop: 12 }} />}
      {found && (
        <div style={{ marginTop: 12 }}>
          <p role="status">
            {t('import.found', { rows: found.rows, articles: found.articles, encoding: found.encoding, refused: found.errors.length })}
          </p>
          {found.status !== 'PREVIEW' && <Progress aria-label={t('import.progress')} percent={Math.round((100 * found.stored) / Math.max(1, found.articles))} />}
          {done && <Alert type="success" showIcon title={t('import.done', { count: found.stored })} />}
          {found.errors.length > 0 && (
            <Alert
              type="warning"
              title={t('import.refused')}
              description={found.errors.map((error) => <div key={`${error.row}-${error.message}`}>{t('import.row', error)}</div>)}
              style={{ margin: '12px 0', maxHeight: 160, overflow: 'auto' }}
            />
          )}
          {found.status === 'PREVIEW' && (
            <Table
              size="small"
              rowKey="title"
              pagination={false}
              dataSource={found.preview}
              columns={[
                { title: t('article.title'), dataIndex: 'title' },
                { title: t('article.answer'), dataIndex: 'answer', ellipsis: true },
                { title: t('article.questions'), render: (_, row) => row.questions.length },
                { title: t('article.languages'), dataIndex: 'locale' },
              ]}
            />
          )}
        </div>
      )}
    </Modal>
  );
}
