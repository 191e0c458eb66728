import { Card, Col, Row, Statistic, Table, Tag } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { Page, State } from '../../lib/page.tsx';

const BOARD = graphql(`
  query Board {
    taskQueues { id name waiting oldestWaitingSince }
    workers { id name activity activitySince load capacity }
    tasks { id status summary createdAt atRiskAt dueAt member { id name } conversation { id contact { id name } } }
  }
`);
const LIVE = graphql(`
  subscription BoardChanged {
    deskChanged { kind }
  }
`);
const COLORS: Record<string, string> = { AVAILABLE: 'success', BUSY: 'warning', AWAY: 'warning', OFFLINE: 'default' };

/** Until when somebody should have answered; its colour says how near that is. */
function Due(props: { at: string; risk: string; waits: boolean }): ReactNode {
  const format = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const ticks = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(ticks);
  }, []);
  const color = !props.waits ? 'default' : now >= Date.parse(props.at) ? 'error' : now >= Date.parse(props.risk) ? 'warning' : 'default';
  return <Tag color={color}>{format.time(props.at)}</Tag>;
}

/** Queues, who does what, and every open task, live. */
export default function Wallboard(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [{ data, fetching, error }, again] = useQuery({ query: BOARD });
  const [{ data: change }] = useSubscription({ query: LIVE });
  useEffect(() => {
    if (change) again();
  }, [change, again]);
  return (
    <Page title={t('nav.wallboard')}>
      <State fetching={fetching && !data} error={error}>
        <Row gutter={[16, 16]} style={{ marginBottom: 16 }}>
          {data?.taskQueues.map((queue) => (
            <Col key={queue.id} xs={24} sm={12} md={6}>
              <Card>
                <Statistic title={queue.name} value={queue.waiting} />
                <small className="soft">{queue.oldestWaitingSince ? t('board.since', { at: format.time(queue.oldestWaitingSince) }) : t('board.nobody')}</small>
              </Card>
            </Col>
          ))}
        </Row>
        <Row gutter={[16, 16]}>
          <Col xs={24} lg={10}>
            <Table
              rowKey="id"
              size="small"
              pagination={false}
              dataSource={data?.workers ?? []}
              columns={[
                { title: t('routing.name'), dataIndex: 'name' },
                { title: t('board.activity'), render: (_, row) => <Tag color={COLORS[row.activity]}>{t(`activity.${row.activity}`)}</Tag> },
                { title: t('board.sinceTitle'), render: (_, row) => format.time(row.activitySince) },
                { title: t('routing.load'), render: (_, row) => `${row.load} / ${row.capacity}` },
              ]}
            />
          </Col>
          <Col xs={24} lg={14}>
            <Table
              rowKey="id"
              size="small"
              pagination={{ pageSize: 20, hideOnSinglePage: true }}
              dataSource={data?.tasks ?? []}
              locale={{ emptyText: t('board.noTasks') }}
              columns={[
                { title: t('contact.name'), render: (_, row) => <Link to={`/inbox/${row.conversation?.id ?? ''}`}>{row.conversation?.contact?.name}</Link> },
                { title: t('board.status'), render: (_, row) => t(`task.${row.status}`) },
                { title: t('board.worker'), render: (_, row) => row.member?.name },
                { title: t('board.came'), render: (_, row) => format.time(row.createdAt) },
                { title: t('board.due'), render: (_, row) => row.dueAt && <Due at={row.dueAt} risk={row.atRiskAt ?? row.dueAt} waits={row.status === 'PENDING' || row.status === 'RESERVED'} /> },
              ]}
            />
          </Col>
        </Row>
      </State>
    </Page>
  );
}
