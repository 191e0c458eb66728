import { App, Button, Input, Modal, Select, Space } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useMay } from '../../lib/viewer.tsx';
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
const WORKERS = graphql(`
  query AssignableWorkers {
    workers { id name activity load capacity }
  }
`);
const ASSIGN = graphql(`
  mutation Assign($id: ID!, $memberId: ID!) {
    assignTask(id: $id, memberId: $memberId) { status errors { field message } task { id status } }
  }
`);
const CODES = ['solved', 'follow_up', 'complaint', 'spam'];

/** A supervisor gives the task to somebody, whoever has it. */
function Assign(props: { task: string; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [open, setOpen] = useState(false);
  const [member, setMember] = useState<string | null>(null);
  const [{ data }] = useQuery({ query: WORKERS, pause: !open });
  const assign = async (): Promise<void> => {
    if (!member || !(await act(ASSIGN, { id: props.task, memberId: member }, t('task.assigned')))) return;
    setOpen(false);
    props.onDone();
  };
  const label = (row: { name: string; activity: string; load: number; capacity: number }): string =>
    `${row.name} · ${t(`activity.${row.activity}`)} · ${row.load} / ${row.capacity}`;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('task.assign')}</Button>
      <Modal title={t('task.assign')} open={open} okButtonProps={{ disabled: !member }} onOk={() => void assign()} onCancel={() => setOpen(false)}>
        <Select
          aria-label={t('board.worker')}
          placeholder={t('board.worker')}
          style={{ width: '100%' }}
          options={data?.workers.map((row) => ({ value: row.id, label: label(row), disabled: row.load >= row.capacity })) ?? []}
          onChange={setMember}
        />
      </Modal>
    </>
  );
}

/** Transfer while a task is assigned; the wrap-up once its conversation is resolved. */
export function TaskTools(props: { conversation: ThreadConversation; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const act = useAction();
  const supervises = useMay('SUPERVISE');
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
  const waits = task?.status === 'PENDING' || task?.status === 'RESERVED';
  const assign = task && supervises && (waits || task.status === 'ASSIGNED') ? <Assign task={task.id} onDone={props.onDone} /> : null;
  if (task?.status !== 'ASSIGNED') return assign;
  const transfer = async (): Promise<void> => {
    if (!queue) return void message.warning(t('task.chooseQueue'));
    if (!(await act(TRANSFER, { id: task.id, queueId: queue, note }, t('task.transferred')))) return;
    setOpen(false);
    props.onDone();
  };
  return (
    <Space wrap>
      {assign}
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
    </Space>
  );
}
