import { computed } from '@preact/signals';
import { settled } from '../state/store.js';
import { waiting } from './in-turn.js';

/** Whether everything is computed and on the page. */
export const ready = computed(() => settled.value && waiting.value === 0);
