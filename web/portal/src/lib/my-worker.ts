import { useEffect } from 'react';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../gql/index.ts';
import type { Activity, MyWorkerQuery } from '../gql/graphql.ts';
import { useAction } from './action.ts';

const MY_WORKER = graphql(`
  query MyWorker {
    myWorker { id activity pausedAt load capacity }
  }
`);
const MY_DESK = graphql(`
  subscription MyDesk {
    deskChanged { kind }
  }
`);
const SET_ACTIVITY = graphql(`
  mutation SetActivity($activity: Activity!) {
    setActivity(activity: $activity) { status errors { field message } worker { id activity pausedAt } }
  }
`);

/** What the viewer does, and how to change it. A missed offer pauses them; that shows at once. */
export function useMyWorker(): [MyWorkerQuery['myWorker'] | undefined, (activity: Activity) => Promise<void>] {
  const act = useAction();
  const [{ data }, again] = useQuery({ query: MY_WORKER });
  const [{ data: change }] = useSubscription({ query: MY_DESK });
  useEffect(() => {
    if (change && change.deskChanged.kind !== 'conversation') again({ requestPolicy: 'network-only' });
  }, [change, again]);
  return [data?.myWorker, async (activity) => void (await act(SET_ACTIVITY, { activity }))];
}
