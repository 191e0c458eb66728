import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = { target: 'http://127.0.0.1:8080', ws: true };

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2022', chunkSizeWarningLimit: 1600 },
  server: { proxy: { '/graphql': api, '/auth': api, '/widget': api, '/files': api, '/knowledge/imports': api, '^/billing/.*[.](csv|pdf)': api } },
});
