import { Card, Col, List, Row, Statistic, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { Page, State } from '../../lib/page.tsx';
import { useMay, useViewer } from '../../lib/viewer.tsx';

const ONBOARDING = graphql(`
  query Onboarding {
    onboarding { code done }
  }
`);
const OVERVIEW = graphql(`
  query Overview {
    taskQueues { id name waiting }
    isOpen
  }
`);
const PLACES: Record<string, string> = {
  verify_email: '/settings',
  knowledge: '/knowledge',
  publish: '/knowledge',
  first_answer: '/channels',
  invite: '/members',
};

function Checklist(): ReactNode {
  const { t } = useTranslation();
  const [{ data, fetching, error }] = useQuery({ query: ONBOARDING });
  const steps = data?.onboarding ?? [];
  return (
    <Card title={t('home.start')} style={{ marginBottom: 16 }}>
      <State fetching={fetching} error={error}>
        <List
          dataSource={steps}
          rowKey="code"
          renderItem={(step) => (
            <List.Item extra={<Tag color={step.done ? 'success' : 'default'}>{t(step.done ? 'home.done' : 'home.open')}</Tag>}>
              <Link to={PLACES[step.code] ?? '/'}>{t(`onboarding.${step.code}`)}</Link>
            </List.Item>
          )}
        />
      </State>
    </Card>
  );
}

function Overview(): ReactNode {
  const { t } = useTranslation();
  const [{ data, fetching, error }] = useQuery({ query: OVERVIEW });
  return (
    <State fetching={fetching} error={error}>
      <Row gutter={[16, 16]}>
        <Col xs={24} sm={12} md={6}>
          <Card>
            <Statistic title={t('home.open_now')} value={t(data?.isOpen ? 'common.yes' : 'common.no')} />
          </Card>
        </Col>
        {data?.taskQueues.map((queue) => (
          <Col key={queue.id} xs={24} sm={12} md={6}>
            <Card>
              <Statistic title={t('home.waiting', { queue: queue.name })} value={queue.waiting} />
            </Card>
          </Col>
        ))}
      </Row>
    </State>
  );
}

export default function Home(): ReactNode {
  const { t } = useTranslation();
  const viewer = useViewer();
  const manages = useMay('MANAGE_TENANT');
  const reads = useMay('READ_CONVERSATIONS');
  return (
    <Page title={t('home.hello', { name: viewer.member?.name ?? '' })}>
      {manages && <Checklist />}
      {reads && <Overview />}
    </Page>
  );
}
