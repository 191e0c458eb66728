import { Button, Modal, Space } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';

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

/** The offer that waits for this agent, with what the bot knows. It comes up on whatever screen the agent is. */
export default function Offers(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const act = useAction();
  const [{ data }, again] = useQuery({ query: OFFERS });
  const [{ data: change }] = useSubscription({ query: OFFERED });
  const [now, setNow] = useState(() => Date.now());
  const offer = data?.myReservations[0];
  useEffect(() => {
    if (change) again();
  }, [change, again]);
  useEffect(() => {
    if (!offer) return;
    const ticks = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticks);
  }, [offer]);
  if (!offer) return null;
  const seconds = Math.max(0, Math.ceil((Date.parse(offer.expiresAt) - now) / 1000));
  const accept = async (): Promise<void> => {
    const payload = await act(ACCEPT, { id: offer.id });
    again();
    const conversation = payload?.reservation?.task.conversation?.id;
    if (conversation) void navigate(`/inbox/${conversation}`);
  };
  const decline = async (): Promise<void> => {
    await act(DECLINE, { id: offer.id });
    again();
  };
  return (
    <Modal
      open={seconds > 0}
      closable={false}
      title={t('offer.title', { name: offer.task.conversation?.contact?.name ?? '' })}
      footer={
        <Space>
          <Button onClick={() => void decline()}>{t('offer.decline')}</Button>
          <Button type="primary" onClick={() => void accept()}>
            {t('offer.accept')}
          </Button>
        </Space>
      }
    >
      <p style={{ whiteSpace: 'pre-wrap' }}>{offer.task.summary}</p>
      <p role="timer">{t('offer.seconds', { seconds })}</p>
    </Modal>
  );
}
