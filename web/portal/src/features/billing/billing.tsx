import { Alert, Button, Card, Col, Form, InputNumber, Row, Statistic, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Meter } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { minorUnits, useFormat } from '../../lib/format.ts';
import { Page, State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { Evidence } from './evidence.tsx';
import { UsageChart } from './usage-chart.tsx';

const BILL = graphql(`
  query Bill {
    draftBill {
      period from to plan
      total { minor currency }
      lines { meter quantity free package unitPrice { minor currency } amount { minor currency } }
      limits { alertMinor capMinor }
    }
    usageByDay { date meter quantity }
  }
`);
const SET_LIMITS = graphql(`
  mutation SetLimits($input: SpendLimitsInput!) {
    setSpendLimits(input: $input) { status errors { field message } limits { alertMinor capMinor } }
  }
`);

type Limits = { alert?: number | null; cap?: number | null };

/** The running month's bill; every line opens its evidence. */
export default function Billing(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const manages = useMay('MANAGE_BILLING');
  const [opened, setOpened] = useState<Meter | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: BILL });
  const bill = data?.draftBill;
  const unit = minorUnits(bill?.total.currency ?? 'USD');
  const save = (values: Limits): void => {
    const minor = (value?: number | null): number | null => (value === null || value === undefined ? null : Math.round(value * unit));
    const input = { alertMinor: minor(values.alert), capMinor: minor(values.cap) };
    void act(SET_LIMITS, { input }, t('common.saved')).then(() => again());
  };
  const capped = bill && bill.limits.capMinor !== null && bill.limits.capMinor !== undefined && bill.total.minor >= bill.limits.capMinor;
  return (
    <Page title={t('nav.billing')}>
      <State fetching={fetching && !data} error={error}>
        {bill && (
          <>
            {capped && <Alert type="warning" showIcon title={t('billing.capped')} style={{ marginBottom: 12 }} />}
            <Row gutter={[16, 16]} style={{ marginBottom: 16 }}>
              <Col xs={24} md={8}>
                <Card><Statistic title={t('billing.total', { period: bill.period })} value={format.money(bill.total)} /></Card>
              </Col>
              <Col xs={24} md={16}>
                <Card title={t('billing.limits')} size="small">
                  <Form<Limits>
                    layout="inline"
                    disabled={!manages}
                    initialValues={{ alert: bill.limits.alertMinor == null ? null : bill.limits.alertMinor / unit, cap: bill.limits.capMinor == null ? null : bill.limits.capMinor / unit }}
                    onFinish={save}
                  >
                    <Form.Item name="alert" label={t('billing.alert')}><InputNumber min={0} /></Form.Item>
                    <Form.Item name="cap" label={t('billing.cap')}><InputNumber min={0} /></Form.Item>
                    {manages && <Button htmlType="submit">{t('common.save')}</Button>}
                  </Form>
                  <p style={{ margin: '8px 0 0' }}>{t('billing.limitsHint')}</p>
                </Card>
              </Col>
            </Row>
            <Table
              rowKey="meter"
              pagination={false}
              scroll={{ x: 'max-content' }}
              dataSource={bill.lines}
              columns={[
                { title: t('billing.meter'), render: (_, row) => t(`meter.${row.meter}`) },
                { title: t('billing.quantity'), render: (_, row) => format.number(row.quantity), align: 'right' },
                { title: t('billing.free'), render: (_, row) => format.number(row.free), align: 'right' },
                { title: t('billing.price'), render: (_, row) => `${format.money(row.unitPrice)} / ${format.number(row.package)}`, align: 'right' },
                { title: t('billing.amount'), render: (_, row) => format.money(row.amount), align: 'right' },
                { title: t('common.actions'), render: (_, row) => <Button size="small" onClick={() => setOpened(row.meter)}>{t('billing.evidence')}</Button> },
              ]}
            />
            <UsageChart period={bill.period} days={data.usageByDay} />
          </>
        )}
      </State>
      {opened && <Evidence meter={opened} onClose={() => setOpened(null)} />}
    </Page>
  );
}
