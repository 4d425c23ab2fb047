import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src',
  build: {
    target: 'es2022',
    // the content security policy has no data: addresses and no inline scripts
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false
  }
})
