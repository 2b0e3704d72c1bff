import DefaultTheme from 'vitepress/theme';
import type { Theme } from 'vitepress';
import LabPanel from './LabPanel.vue';
import './style.css';

/** The default theme with live panels of the kink lab. */
export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('LabPanel', LabPanel);
  },
} satisfies Theme;
