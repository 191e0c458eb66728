import { Button, Form, Input, InputNumber, Modal, Select, Space, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { RoutingQueuesQuery, TaskQueueInput, WorkflowInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';

const QUEUES = graphql(`
  query RoutingQueues {
    taskQueues { id name skills priority offerSeconds targetSeconds waiting }
    workflows { id locale keywords queueId }
  }
`);
const SAVE = graphql(`
  mutation SaveQueue($id: ID, $input: TaskQueueInput!) {
    saveTaskQueue(id: $id, input: $input) { status errors { field message } queue { id } }
  }
`);
const SAVE_RULES = graphql(`
  mutation SaveWorkflows($workflows: [WorkflowInput!]!) {
    saveWorkflows(workflows: $workflows) { status errors { field message } workflows { id } }
  }
`);

type Queue = RoutingQueuesQuery['taskQueues'][number];

function QueueDialog(props: { queue: Queue | null; onClose: (saved: boolean) => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<TaskQueueInput>();
  const save = async (input: TaskQueueInput): Promise<void> => {
    if (await act(SAVE, { id: props.queue?.id ?? null, input }, t('common.saved'))) props.onClose(true);
  };
  const initial = props.queue ?? { name: '', skills: [], priority: 0, offerSeconds: 30, targetSeconds: 120 };
  return (
    <Modal open title={t('routing.queue')} onOk={() => form.submit()} onCancel={() => props.onClose(false)}>
      <Form form={form} layout="vertical" initialValues={initial} onFinish={(input) => void save(input)}>
        <Form.Item name="name" label={t('routing.name')} rules={[{ required: true }]}><Input maxLength={60} /></Form.Item>
        <Form.Item name="skills" label={t('routing.skills')}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
        <Space>
          <Form.Item name="priority" label={t('routing.priority')}><InputNumber min={-100} max={100} /></Form.Item>
          <Form.Item name="offerSeconds" label={t('routing.offerSeconds')}><InputNumber min={5} max={600} /></Form.Item>
          <Form.Item name="targetSeconds" label={t('routing.targetSeconds')}><InputNumber min={10} max={86400} /></Form.Item>
        </Space>
      </Form>
    </Modal>
  );
}

function Rules(props: { rules: WorkflowInput[]; queues: Queue[]; onSaved: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const save = (values: { workflows: WorkflowInput[] }): void => {
    const workflows = values.workflows.map((rule) => ({ locale: rule.locale ?? null, keywords: rule.keywords, queueId: rule.queueId }));
    void act(SAVE_RULES, { workflows }, t('common.saved')).then(props.onSaved);
  };
  return (
    <Form initialValues={{ workflows: props.rules }} onFinish={save} style={{ marginTop: 24 }}>
      <h2 style={{ fontSize: 16 }}>{t('routing.rules')}</h2>
      <p>{t('routing.rulesHint')}</p>
      <Form.List name="workflows">
        {(fields, { add, remove }) => (
          <>
            {fields.map((field) => (
              <Space key={field.key} align="baseline" wrap>
                <Form.Item name={[field.name, 'locale']} label={t('routing.language')}>
                  <Select allowClear style={{ minWidth: 120 }} options={['zh-CN', 'en-US'].map((value) => ({ value, label: t(`locale.${value}`) }))} />
                </Form.Item>
                <Form.Item name={[field.name, 'keywords']} label={t('routing.keywords')}>
                  <Select mode="tags" open={false} suffixIcon={null} style={{ minWidth: 240 }} />
                </Form.Item>
                <Form.Item name={[field.name, 'queueId']} label={t('routing.queue')} rules={[{ required: true }]}>
                  <Select style={{ minWidth: 160 }} options={props.queues.map((queue) => ({ value: queue.id, label: queue.name }))} />
                </Form.Item>
                <Button onClick={() => remove(field.name)}>{t('common.remove')}</Button>
              </Space>
            ))}
            <Space style={{ display: 'flex' }}>
              <Button onClick={() => add({ locale: null, keywords: [], queueId: props.queues[0]?.id })}>{t('routing.addRule')}</Button>
              <Button type="primary" htmlType="submit">{t('common.save')}</Button>
            </Space>
          </>
        )}
      </Form.List>
    </Form>
  );
}

export function Queues(): ReactNode {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Queue | 'new' | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: QUEUES });
  return (
    <State fetching={fetching && !data} error={error}>
      <Button style={{ marginBottom: 12 }} onClick={() => setEdited('new')}>{t('routing.addQueue')}</Button>
      <Table
        rowKey="id"
        pagination={false}
        dataSource={data?.taskQueues ?? []}
        columns={[
          { title: t('routing.name'), render: (_, row) => <Button type="link" style={{ padding: 0 }} onClick={() => setEdited(row)}>{row.name}</Button> },
          { title: t('routing.skills'), render: (_, row) => row.skills.join(', ') },
          { title: t('routing.priority'), dataIndex: 'priority' },
          { title: t('routing.offerSeconds'), dataIndex: 'offerSeconds' },
          { title: t('routing.targetSeconds'), dataIndex: 'targetSeconds' },
          { title: t('routing.waiting'), dataIndex: 'waiting' },
        ]}
      />
      {data && <Rules rules={data.workflows} queues={data.taskQueues} onSaved={() => again()} />}
      {edited && <QueueDialog queue={edited === 'new' ? null : edited} onClose={(saved) => { setEdited(null); if (saved) again(); }} />}
    </State>
  );
}
