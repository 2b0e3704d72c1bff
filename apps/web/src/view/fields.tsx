import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
  readonly wide?: boolean;
}

/** A choice of one of several. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  wide,
}: SelectProps<T>): JSX.Element {
  const id = useId();
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | 'any';
  readonly integer?: boolean;
}

/** A number; what is no allowed number is not taken. */
export function NumberField({
  label,
  value,
  onChange,
  min,
  max,
  step = 'any',
  integer,
}: NumberProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        value={value}
        min={min}
        max={max}
        step={integer ? 1 : step}
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber;
          const allowed =
            Number.isFinite(next) &&
            (min === undefined || next >= min) &&
            (max === undefined || next <= max) &&
            (!integer || Number.isInteger(next));
          if (allowed) onChange(next);
          else event.currentTarget.value = String(value);
        }}
      />
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  /** Returns why the text is not taken, if it is not. */
  readonly onChange: (text: string) => string | undefined;
  readonly wide?: boolean;
}

/** A line of text. */
export function TextField({ label, value, onChange, wide }: TextProps): JSX.Element {
  const id = useId();
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        spellcheck={false}
        autocomplete="off"
        value={value}
        onChange={(event) => {
          const why = onChange(event.currentTarget.value);
          event.currentTarget.setCustomValidity(why ?? '');
          if (why !== undefined) event.currentTarget.reportValidity();
        }}
      />
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Yes or no. */
export function Check({ label, checked, onChange }: CheckProps): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
