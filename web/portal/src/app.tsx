import { Suspense, lazy, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, RouterProvider, Routes, createBrowserRouter } from 'react-router';
import { ForgotPassword } from './features/auth/forgot-password.tsx';
import { Join } from './features/auth/join.tsx';
import { ResetPassword } from './features/auth/reset-password.tsx';
import { SignIn } from './features/auth/sign-in.tsx';
import { SignUp } from './features/auth/sign-up.tsx';
import { Try } from './features/auth/try.tsx';
import { VerifyEmail } from './features/auth/verify-email.tsx';

const Portal = lazy(() => import('./portal.tsx'));

function Loading(): ReactNode {
  const { t } = useTranslation();
  return (
    <p className="center" role="status">
      {t('common.loading')}
    </p>
  );
}

/** Pages for people who are not signed in load first and small; the portal itself comes when it is needed. */
function Pages(): ReactNode {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route path="/sign-in" element={<SignIn />} />
        <Route path="/sign-up" element={<SignUp />} />
        <Route path="/forgot-password" element={<ForgotPassword />} />
        <Route path="/reset-password" element={<ResetPassword />} />
        <Route path="/join" element={<Join />} />
        <Route path="/verify-email" element={<VerifyEmail />} />
        <Route path="/try" element={<Try />} />
        <Route path="*" element={<Portal />} />
      </Routes>
    </Suspense>
  );
}

// Of the routers, only such a one lets a page ask before it is left.
const router = createBrowserRouter([{ path: '*', element: <Pages /> }]);

/** The portal and the pages before it. */
export function App(): ReactNode {
  return <RouterProvider router={router} />;
}
