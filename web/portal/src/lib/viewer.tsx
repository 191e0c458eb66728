import { createContext, use, type ReactNode } from 'react';
import { graphql } from '../gql/index.ts';
import type { Permission, ViewerQuery } from '../gql/graphql.ts';

export const VIEWER = graphql(`
  query Viewer {
    viewer {
      tenant { id name locale timeZone industry status deleteAfter }
      member { id name email role totpEnabled emailVerified }
      permissions
      operator
      sendsMail
    }
  }
`);

type Viewer = ViewerQuery['viewer'];

const ViewerContext = createContext<Viewer | null>(null);

export function ViewerProvider(props: { viewer: Viewer; children: ReactNode }): ReactNode {
  return <ViewerContext value={props.viewer}>{props.children}</ViewerContext>;
}

/** Who is signed in. */
export function useViewer(): Viewer {
  const viewer = use(ViewerContext);
  if (!viewer) throw new Error('useViewer needs a ViewerProvider');
  return viewer;
}

/** Whether the viewer has a right. */
export function useMay(permission: Permission): boolean {
  return useViewer().permissions.includes(permission);
}
