import { Card, Col, Row, Statistic } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';

const HEALTH = graphql(`
  query PlatformHealth {
    platformHealth { version startedAt tenants databaseBytes outboxPending outboxOldestAt deadLetters }
  }
`);

/** What an operator looks at first. */
export function Health(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [{ data, fetching, error }, again] = useQuery({ query: HEALTH });
  useEffect(() => {
    const ticks = setInterval(() => again(), 5_000);
    return () => clearInterval(ticks);
  }, [again]);
  const health = data?.platformHealth;
  const figures: [string, string][] = health
    ? [
        ['version', health.version],
        ['startedAt', format.time(health.startedAt)],
        ['tenants', format.number(health.tenants)],
        ['database', `${format.number(Math.round(health.databaseBytes / 1024))} KB`],
        ['outbox', format.number(health.outboxPending)],
        ['outboxOldest', health.outboxOldestAt ? format.time(health.outboxOldestAt) : '–'],
        ['letters', format.number(health.deadLetters)],
      ]
    : [];
  return (
    <State fetching={fetching && !data} error={error}>
      <Row gutter={[16, 16]}>
        {figures.map(([name, value]) => (
          <Col key={name} xs={24} sm={12} md={6}>
            <Card><Statistic title={t(`health.${name}`)} value={value} /></Card>
          </Col>
        ))}
      </Row>
    </State>
  );
}
