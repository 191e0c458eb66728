import { Button, Space } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { OffersQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useMyWorker } from '../../lib/my-worker.ts';

const OFFERS = graphql(`
  query Offers {
    myReservations { id expiresAt task { id summary conversation { id contact { id name } } } }
  }
`);
const ACCEPT = graphql(`
  mutation Accept($id: ID!) {
    acceptReservation(id: $id) { status errors { field message } reservation { id task { id conversation { id } } } }
  }
`);
const DECLINE = graphql(`
  mutation Decline($id: ID!) {
    declineReservation(id: $id) { status errors { field message } reservation { id } }
  }
`);

const OFFERED = graphql(`
  subscription Offered {
    deskChanged { kind }
  }
`);

/** Something beside the screen that wants an answer. It takes no focus: who writes to a customer goes on writing. */
function Aside(props: { title: string; children: ReactNode; answers: ReactNode }): ReactNode {
  return (
    <section className="aside" role="dialog" aria-modal="false" aria-label={props.title}>
      <strong role="alert">{props.title}</strong>
      {props.children}
      <Space style={{ justifyContent: 'flex-end', width: '100%' }}>{props.answers}</Space>
    </section>
  );
}

/** One missed offer pauses an agent, so that no customer waits at an empty chair; they say when they are back. */
function Paused(): ReactNode {
  const { t } = useTranslation();
  const [me, set] = useMyWorker();
  if (!me?.pausedAt) return null;
  return (
    <Aside
      title={t('paused.title')}
      answers={
        <>
          <Button onClick={() => void set('AWAY')}>{t('paused.stay')}</Button>
          <Button type="primary" onClick={() => void set('AVAILABLE')}>{t('paused.back')}</Button>
        </>
      }
    >
      <p>{t('paused.text')}</p>
    </Aside>
  );
}

/** What comes up on whatever screen the agent is: every offer, since each of them may be missed, and that they missed one. */
export default function Offers(): ReactNode {
  const [{ data }, again] = useQuery({ query: OFFERS });
  const [{ data: change }] = useSubscription({ query: OFFERED });
  const [now, setNow] = useState(() => Date.now());
  const offers = data?.myReservations;
  useEffect(() => {
    if (change) again();
  }, [change, again]);
  useEffect(() => {
    if (!offers?.length) return;
    setNow(Date.now());
    const ticks = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticks);
  }, [offers]);
  // Only the server takes an offer back: the clock of this machine may be wrong, and the socket may be gone.
  const overdue = offers?.some((offer) => Date.parse(offer.expiresAt) <= now) ?? false;
  useEffect(() => {
    if (!overdue) return;
    const asks = setInterval(() => again(), 3000);
    return () => clearInterval(asks);
  }, [overdue, again]);
  return (
    <div className="asides">
      {offers?.map((offer) => <Offer key={offer.id} offer={offer} now={now} onAnswered={() => again()} />)}
      <Paused />
    </div>
  );
}

/** An offer that waits for this agent, with what the bot knows. */
function Offer(props: { offer: OffersQuery['myReservations'][number]; now: number; onAnswered: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const act = useAction();
  const { offer, now, onAnswered } = props;
  const seconds = Math.max(0, Math.ceil((Date.parse(offer.expiresAt) - now) / 1000));
  const accept = async (): Promise<void> => {
    const payload = await act(ACCEPT, { id: offer.id });
    onAnswered();
    const conversation = payload?.reservation?.task.conversation?.id;
    if (conversation) void navigate(`/inbox/${conversation}`);
  };
  const decline = async (): Promise<void> => {
    await act(DECLINE, { id: offer.id });
    onAnswered();
  };
  return (
    <Aside
      title={t('offer.title', { name: offer.task.conversation?.contact?.name ?? '' })}
      answers={
        <>
          <Button onClick={() => void decline()}>{t('offer.decline')}</Button>
          <Button type="primary" onClick={() => void accept()}>{t('offer.accept')}</Button>
        </>
      }
    >
      <p style={{ whiteSpace: 'pre-wrap' }}>{offer.task.summary}</p>
      <p role="timer">{t('offer.seconds', { seconds })}</p>
    </Aside>
  );
}
