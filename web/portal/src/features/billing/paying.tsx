import { Alert, Button, Card, InputNumber, Space } from 'antd';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { Currency } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { minorUnits } from '../../lib/format.ts';
import { useMay } from '../../lib/viewer.tsx';

const OPTIONS = graphql(`query PaymentOptions { paymentOptions { online bank card { brand last4 expMonth expYear } } }`);
const LATEST = graphql(`query LatestPayment { payments(first: 1) { edges { node { id status failure } } } }`);
const SET_UP = graphql(`mutation SetUpCard { setUpCard { status errors { field message } url } }`);
const PORTAL = graphql(`mutation OpenPaymentPortal { openPaymentPortal { status errors { field message } url } }`);
const TOP_UP = graphql(`mutation TopUpWallet($minor: Int!) { topUpWallet(minor: $minor) { status errors { field message } url } }`);
const PAY = graphql(`mutation PayInvoice($id: ID!) { payInvoice(id: $id) { status errors { field message } url } }`);

const ASKED_EVERY = 2_000;
const ASKED_FOR = 60_000;

/** Goes to a page of the payment provider's, unless it was refused. */
async function leave(page: Promise<{ url?: string | null } | null>): Promise<void> {
  const url = (await page)?.url;
  if (url) window.location.assign(url);
}

/** The account to which transfers go, and how to pay online where that is on: the card, and filling the wallet. */
export function WaysToPay(props: { currency: Currency; onPaid: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const manages = useMay('MANAGE_BILLING');
  const [amount, setAmount] = useState<number | null>(null);
  const [{ data }, again] = useQuery({ query: OPTIONS });
  const { onPaid } = props;
  const reload = useCallback(() => {
    again({ requestPolicy: 'network-only' });
    onPaid();
  }, [again, onPaid]);
  const options = data?.paymentOptions;
  if (!options) return null;
  const { card } = options;
  const bank = options.bank && <p style={{ whiteSpace: 'pre-line', color: 'var(--soft)', marginBottom: 0 }}>{t('paying.bank')}{'\n'}{options.bank}</p>;
  if (!options.online) return <Alert type="info" showIcon title={t('wallet.off')} description={bank || undefined} style={{ marginBottom: 12 }} />;
  const unit = minorUnits(props.currency);
  return (
    <>
      <Returned onPaid={reload} />
      <Card size="small" title={t('paying.title')} style={{ marginBottom: 16 }}>
        <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
          <Space wrap>
            <span>{card ? t('paying.card', { brand: card.brand.toUpperCase(), last4: card.last4, month: String(card.expMonth).padStart(2, '0'), year: card.expYear }) : t('paying.noCard')}</span>
            <Button disabled={!manages} onClick={() => void leave(act(SET_UP, {}))}>{card ? t('paying.otherCard') : t('paying.addCard')}</Button>
            {card && <Button disabled={!manages} onClick={() => void leave(act(PORTAL, {}))}>{t('paying.manage')}</Button>}
          </Space>
          <Space wrap>
            <InputNumber aria-label={t('paying.amount')} placeholder={t('paying.amount')} min={1} precision={Math.round(Math.log10(unit))} suffix={props.currency} style={{ width: 200 }} value={amount} onChange={setAmount} />
            <Button type="primary" disabled={!manages || !amount} onClick={() => void leave(act(TOP_UP, { minor: Math.round((amount ?? 0) * unit) }))}>{t('paying.topUp')}</Button>
            <span style={{ color: 'var(--soft)' }}>{t('paying.explained')}</span>
          </Space>
          {bank}
        </Space>
      </Card>
    </>
  );
}

/** Pays an invoice at the provider's page; nothing where online payment is off. */
export function PayInvoice(props: { id: string }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const manages = useMay('MANAGE_BILLING');
  const [{ data }] = useQuery({ query: OPTIONS });
  if (!data?.paymentOptions.online || !manages) return null;
  return <Button type="primary" onClick={() => void leave(act(PAY, { id: props.id }))}>{t('paying.pay')}</Button>;
}

/** After somebody came back from the provider's page: what became of the newest payment, as soon as that is known. */
function Returned(props: { onPaid: () => void }): ReactNode {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [gaveUp, setGaveUp] = useState(false);
  const back = params.get('payment');
  const [{ data }, again] = useQuery({ query: LATEST, pause: back !== 'done', requestPolicy: 'cache-and-network' });
  const newest = data?.payments.edges[0]?.node;
  const waits = !gaveUp && (back === 'card' || (back === 'done' && (!newest || newest.status === 'PENDING')));
  const { onPaid } = props;
  useEffect(() => {
    if (!waits) {
      onPaid();
      return undefined;
    }
    const timer = setInterval(() => {
      if (back === 'done') again({ requestPolicy: 'network-only' });
      onPaid();
    }, ASKED_EVERY);
    const end = setTimeout(() => setGaveUp(true), ASKED_FOR);
    return () => {
      clearInterval(timer);
      clearTimeout(end);
    };
  }, [waits, back, again, onPaid]);
  const close = (): void => setParams((now) => {
    now.delete('payment');
    return now;
  }, { replace: true });
  const shown = (type: 'info' | 'success' | 'warning' | 'error', title: string, description?: string | null): ReactNode => (
    <Alert type={type} showIcon closable={{ onClose: close }} title={title} description={description ?? undefined} style={{ marginBottom: 12 }} />
  );
  if (back === 'left') return shown('info', t('paying.left'));
  if (back === 'card') return shown('info', t('paying.cardLeft'));
  if (back !== 'done') return null;
  if (waits) return shown('info', t('paying.waiting'));
  if (newest?.status === 'FAILED') return shown('error', t('paying.failed'), newest.failure);
  return newest?.status === 'PENDING' ? shown('warning', t('paying.slow')) : shown('success', t('paying.arrived'));
}
