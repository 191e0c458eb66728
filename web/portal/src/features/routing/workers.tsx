import { Button, Form, InputNumber, Modal, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { UpdateWorkerInput, WorkersQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';

const WORKERS = graphql(`
  query Workers {
    workers { id name activity capacity load skills locales }
  }
`);
const UPDATE = graphql(`
  mutation UpdateWorker($input: UpdateWorkerInput!) {
    updateWorker(input: $input) { status errors { field message } worker { id } }
  }
`);

type Worker = WorkersQuery['workers'][number];

/** Capacity, skills and languages of everybody who takes tasks. */
export function Workers(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const [form] = Form.useForm<UpdateWorkerInput>();
  const [edited, setEdited] = useState<Worker | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: WORKERS });
  const save = async (values: UpdateWorkerInput): Promise<void> => {
    if (!edited || !(await act(UPDATE, { input: { ...values, id: edited.id } }, t('common.saved')))) return;
    setEdited(null);
    again();
  };
  return (
    <State fetching={fetching && !data} error={error}>
      <Table
        rowKey="id"
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        dataSource={data?.workers ?? []}
        columns={[
          { title: t('routing.name'), render: (_, row) => <Button type="link" style={{ padding: 0 }} onClick={() => setEdited(row)}>{row.name}</Button> },
          { title: t('board.activity'), render: (_, row) => t(`activity.${row.activity}`) },
          { title: t('routing.load'), render: (_, row) => `${row.load} / ${row.capacity}` },
          { title: t('routing.skills'), render: (_, row) => row.skills.join(', ') },
          { title: t('article.languages'), render: (_, row) => row.locales.map((locale) => t(`locale.${locale}`)).join(', ') || t('common.all') },
        ]}
      />
      {edited && (
        <Modal open title={edited.name} onOk={() => form.submit()} onCancel={() => setEdited(null)}>
          <Form form={form} layout="vertical" initialValues={edited} onFinish={(values) => void save(values)}>
            <Form.Item name="capacity" label={t('routing.capacity')}><InputNumber min={1} max={20} /></Form.Item>
            <Form.Item name="skills" label={t('routing.skills')}><Select mode="tags" open={false} suffixIcon={null} /></Form.Item>
            <Form.Item name="locales" label={t('article.languages')}>
              <Select mode="multiple" options={['zh-CN', 'en-US'].map((value) => ({ value, label: t(`locale.${value}`) }))} />
            </Form.Item>
          </Form>
        </Modal>
      )}
    </State>
  );
}
