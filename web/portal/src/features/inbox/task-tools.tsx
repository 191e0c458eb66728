import { App, Button, Input, Modal, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import type { ThreadConversation } from './thread.tsx';

const QUEUES = graphql(`
  query TransferQueues {
    taskQueues { id name waiting }
  }
`);
const TRANSFER = graphql(`
  mutation Transfer($id: ID!, $queueId: ID!, $note: String!) {
    transferTask(id: $id, queueId: $queueId, note: $note) { status errors { field message } task { id status } }
  }
`);
const COMPLETE = graphql(`
  mutation Complete($id: ID!, $code: String) {
    completeTask(id: $id, wrapUpCode: $code) { status errors { field message } task { id status } }
  }
`);
const CODES = ['solved', 'follow_up', 'complaint', 'spam'];

/** Transfer while a task is assigned; the wrap-up once its conversation is resolved. */
export function TaskTools(props: { conversation: ThreadConversation; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const act = useAction();
  const [open, setOpen] = useState(false);
  const [queue, setQueue] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [{ data }] = useQuery({ query: QUEUES, pause: !open });
  const { task } = props.conversation;
  if (task?.status === 'WRAP_UP') {
    return (
      <Select
        aria-label={t('task.wrapUp')}
        placeholder={t('task.wrapUp')}
        style={{ minWidth: 140 }}
        options={CODES.map((value) => ({ value, label: t(`wrapup.${value}`) }))}
        onChange={(code: string) => void act(COMPLETE, { id: task.id, code }, t('task.completed')).then(props.onDone)}
      />
    );
  }
  if (task?.status !== 'ASSIGNED') return null;
  const transfer = async (): Promise<void> => {
    if (!queue) return void message.warning(t('task.chooseQueue'));
    if (!(await act(TRANSFER, { id: task.id, queueId: queue, note }, t('task.transferred')))) return;
    setOpen(false);
    props.onDone();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('task.transfer')}</Button>
      <Modal title={t('task.transfer')} open={open} onOk={() => void transfer()} onCancel={() => setOpen(false)}>
        <Select
          aria-label={t('task.queue')}
          placeholder={t('task.queue')}
          style={{ width: '100%', marginBottom: 8 }}
          options={data?.taskQueues.map((row) => ({ value: row.id, label: `${row.name} (${row.waiting})` })) ?? []}
          onChange={setQueue}
        />
        <Input.TextArea aria-label={t('task.note')} placeholder={t('task.note')} value={note} onChange={(event) => setNote(event.target.value)} />
      </Modal>
    </>
  );
}
