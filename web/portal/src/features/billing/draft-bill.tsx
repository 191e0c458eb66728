import { Alert, Card, Col, Row, Statistic } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { minorUnits, useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { Lines } from './lines.tsx';

const BILL = graphql(`
  query Bill {
    draftBill {
      period from to plan
      net { amount currency } tax { amount currency } total { amount currency } fromWallet { amount currency }
      forecast { low { amount currency } expected { amount currency } high { amount currency } }
      lines { ...Lines }
      limits { alertMinor capMinor }
    }
  }
`);

/** The running period's bill, and what it may be at its end. */
export function DraftBill(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [{ data, fetching, error }] = useQuery({ query: BILL });
  const bill = data?.draftBill;
  const cap = bill?.limits.capMinor;
  const capped = bill && cap !== null && cap !== undefined && Number(bill.total.amount) * minorUnits(bill.total.currency) >= cap;
  return (
    <State fetching={fetching && !data} error={error}>
      {bill && (
        <>
          {capped && <Alert type="warning" showIcon title={t('billing.capped')} style={{ marginBottom: 12 }} />}
          <Row gutter={[16, 16]} style={{ marginBottom: 16 }}>
            <Col xs={24} md={8}>
              <Card><Statistic title={t('billing.total', { period: bill.period })} value={format.money(bill.total)} /><span style={{ color: 'var(--soft)' }}>{t('billing.withTax', { tax: format.money(bill.tax) })}</span></Card>
            </Col>
            <Col xs={24} md={8}>
              <Card>
                <Statistic title={t('billing.forecast', { date: format.date(new Date(Date.parse(bill.to) - 1).toISOString()) })} value={bill.forecast ? format.money(bill.forecast.expected) : '–'} />
                <span style={{ color: 'var(--soft)' }}>{bill.forecast ? t('billing.band', { low: format.money(bill.forecast.low), high: format.money(bill.forecast.high) }) : t('billing.noForecast')}</span>
              </Card>
            </Col>
            <Col xs={24} md={8}>
              <Card><Statistic title={t('billing.fromWallet')} value={format.money(bill.fromWallet)} /><span style={{ color: 'var(--soft)' }}>{t('billing.planIs', { plan: bill.plan })}</span></Card>
            </Col>
          </Row>
          <Lines lines={bill.lines} />
        </>
      )}
    </State>
  );
}
