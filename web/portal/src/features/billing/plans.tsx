import { Alert, App, Button, Card, Col, Radio, Row, Space, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ChangeMoment, PlanCardFragment } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { useWords } from './words.ts';

graphql(`
  fragment PlanCard on Plan {
    code version currency trialDays minimum
    name { zh en } about { zh en }
    charges { key model price size free meter name { zh en } tiers { upTo unit flat } }
  }
`);
const PLANS = graphql(`
  query Plans {
    planSubscription { status periodTo trialEndsAt nextPlan endsAt plan { code version currency name { zh en } } }
    catalog { plans { code ...PlanCard } meters { key unit { zh en } } }
    planSimulations { plan { code } total { amount currency } }
  }
`);
const CHOOSE = graphql(`
  mutation ChoosePlan($code: String!, $when: ChangeMoment!) { choosePlan(code: $code, when: $when) { status errors { field message } subscription { status } } }
`);
const CANCEL = graphql(`
  mutation CancelSubscription($when: ChangeMoment!) { cancelSubscription(when: $when) { status errors { field message } subscription { status } } }
`);
const PAUSE = graphql(`
  mutation PauseSubscription($paused: Boolean!) { pauseSubscription(paused: $paused) { status errors { field message } subscription { status } } }
`);

/** The firm's plan, and the others with what last month would have cost under each. */
export function Plans(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const act = useAction();
  const { modal } = App.useApp();
  const manages = useMay('MANAGE_BILLING');
  const [{ data, fetching, error }, again] = useQuery({ query: PLANS });
  const now = data?.planSubscription;
  const ended = now?.status === 'CANCELED';
  const reload = (): void => again({ requestPolicy: 'network-only' });
  const ask = (title: string, text: string, apply: (when: ChangeMoment) => Promise<unknown>): void => {
    let when: ChangeMoment = 'PERIOD_END';
    modal.confirm({
      title,
      content: (
        <>
          <p>{text}</p>
          {!ended && (
            <Radio.Group defaultValue={when} onChange={(event) => { when = event.target.value as ChangeMoment; }} options={[{ value: 'PERIOD_END', label: t('plan.atPeriodEnd', { date: now ? format.date(now.periodTo) : '' }) }, { value: 'NOW', label: t('plan.now') }]} />
          )}
        </>
      ),
      onOk: () => apply(ended ? 'NOW' : when).then(reload),
    });
  };
  const cost = new Map(data?.planSimulations.map((one) => [one.plan.code, one.total]));
  return (
    <State fetching={fetching && !data} error={error}>
      {now && (
        <>
          <Card style={{ marginBottom: 16 }}>
            <Space wrap>
              <b>{words(now.plan.name)}</b>
              <Tag color={now.status === 'ACTIVE' ? 'success' : 'warning'}>{t(`plan.status.${now.status}`)}</Tag>
              {now.trialEndsAt && <span>{t('plan.trialUntil', { date: format.date(now.trialEndsAt) })}</span>}
              {now.nextPlan && <span>{t('plan.next', { plan: now.nextPlan, date: format.date(now.periodTo) })}</span>}
              {now.endsAt && !ended && <span>{t('plan.endsAt', { date: format.date(now.endsAt) })}</span>}
              {manages && !ended && (
                <>
                  {now.endsAt ? (
                    <Button onClick={() => void act(PAUSE, { paused: false }, t('common.saved')).then(reload)}>{t('plan.keep')}</Button>
                  ) : (
                    <>
                      <Button onClick={() => void act(PAUSE, { paused: now.status !== 'PAUSED' }, t('common.saved')).then(reload)}>{now.status === 'PAUSED' ? t('plan.resume') : t('plan.pause')}</Button>
                      <Button danger onClick={() => ask(t('plan.cancel'), t('plan.cancelText'), (when) => act(CANCEL, { when }, t('common.saved')))}>{t('plan.cancel')}</Button>
                    </>
                  )}
                </>
              )}
            </Space>
          </Card>
          {ended && <Alert type="warning" showIcon title={t('plan.ended')} style={{ marginBottom: 12 }} />}
          <p>{t('plan.simulated')}</p>
          <Row gutter={[16, 16]}>
            {data.catalog.plans.map((plan) => (
              <Col key={plan.code} xs={24} md={12} xl={8}>
                <PlanCard
                  plan={plan}
                  units={new Map(data.catalog.meters.map((meter) => [meter.key, words(meter.unit)]))}
                  current={!ended && plan.code === now.plan.code}
                  cost={cost.get(plan.code)}
                  onChoose={manages ? () => ask(t('plan.choose'), t('plan.chooseText'), (when) => act(CHOOSE, { code: plan.code, when }, t('common.saved'))) : undefined}
                />
              </Col>
            ))}
          </Row>
        </>
      )}
    </State>
  );
}

function PlanCard(props: { plan: PlanCardFragment; units: Map<string, string>; current: boolean; cost: { amount: string; currency: string } | undefined; onChoose: (() => void) | undefined }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { plan } = props;
  const [open, setOpen] = useState(false);
  const price = (charge: PlanCardFragment['charges'][number]): string => {
    const unit = props.units.get(charge.meter ?? '') ?? '';
    const free = charge.free === '0' ? '' : `${t('plan.free', { count: format.decimal(charge.free) })} `;
    const values = { price: charge.price, unit, size: charge.size, currency: plan.currency };
    if (charge.tiers.length > 0) {
      const tiers = charge.tiers.map((tier) => `${tier.upTo ? `≤ ${format.decimal(tier.upTo)}` : '…'}: ${tier.unit}`).join(', ');
      return `${free}${tiers}`;
    }
    return free + t(`plan.model.${charge.model}`, values);
  };
  return (
    <Card
      title={words(plan.name)}
      extra={props.current ? <Tag color="processing">{t('plan.current')}</Tag> : props.onChoose && <Button type="primary" onClick={props.onChoose}>{t('plan.choose')}</Button>}
    >
      <p>{words(plan.about)}</p>
      {plan.trialDays > 0 && <Tag color="success">{t('plan.trialDays', { count: plan.trialDays })}</Tag>}
      <p style={{ fontSize: 20, margin: '8px 0' }}>{props.cost ? format.money(props.cost) : '–'}</p>
      <Button type="link" style={{ padding: 0 }} aria-expanded={open} onClick={() => setOpen(!open)}>{t('plan.prices')}</Button>
      {open && <ul style={{ paddingLeft: 18 }}>{plan.charges.map((charge) => <li key={charge.key}>{words(charge.name)}: {price(charge)}</li>)}</ul>}
    </Card>
  );
}
