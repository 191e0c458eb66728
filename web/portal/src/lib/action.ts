import { App } from 'antd';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { type AnyVariables, type TypedDocumentNode, useClient } from 'urql';

/** What every mutation answers with. */
type Payload = { status: string; errors: { field?: string | null; message: string }[] };

/**
 * Runs a mutation and returns its payload when it went well. A refusal or a fault is shown as a message and becomes
 * `null`, so that callers go on only with what is done.
 */
export function useAction(): <D extends Record<string, unknown>, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  variables: V,
  done?: string,
) => Promise<D[keyof D] | null> {
  const client = useClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  return useCallback(
    async (document, variables, done) => {
      const result = await client.mutation(document, variables).toPromise();
      if (!result.data) {
        void message.error(result.error?.graphQLErrors[0]?.message ?? t('common.offline'));
        return null;
      }
      const [answer] = Object.entries(result.data).filter(([key]) => key !== '__typename').map(([, value]) => value);
      const payload = answer as Payload;
      if (payload.status !== 'OK') {
        void message.error(payload.errors.map((error) => error.message).join(' '));
        return null;
      }
      if (done) void message.success(done);
      return answer as never;
    },
    [client, message, t],
  );
}
