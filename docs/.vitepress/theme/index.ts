import DefaultTheme from 'vitepress/theme';
import type { Theme } from 'vitepress';
import { h } from 'vue';
import HeroFigure from './HeroFigure.vue';
import LabPanel from './LabPanel.vue';
import './style.css';

/** The default theme with live panels of the kink lab, and a picture on the first page. */
export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': () => h(HeroFigure) }),
  enhanceApp({ app }) {
    app.component('LabPanel', LabPanel);
  },
} satisfies Theme;
