import { Choice } from '../components/choice'
import { chooseScheme, type Scheme, useScheme } from './scheme'

const schemes: readonly { value: Scheme; label: string; icon: string }[] = [
  {
    value: 'light',
    label: 'Light',
    icon: 'M8 3v-2M8 15v-2M3 8h-2M15 8h-2M4.5 4.5 3 3M13 13l-1.5-1.5M4.5 11.5 3 13M13 3l-1.5 1.5',
  },
  { value: 'system', label: 'Same as system', icon: '' },
  { value: 'dark', label: 'Dark', icon: '' },
]

/** Switches between light, dark, and the scheme of the system. */
export function SchemeSwitch() {
  return (
    <Choice
      label="Colour scheme"
      value={useScheme()}
      onChange={chooseScheme}
      options={schemes.map(({ value, label, icon }) => ({
        value,
        label: (
          <>
            <span className="visually-hidden">{label}</span>
            <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16">
              {value === 'light' && (
                <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
                  <circle cx="8" cy="8" r="3" fill="currentColor" stroke="none" />
                  <path d={icon} />
                </g>
              )}
              {value === 'system' && (
                <g>
                  <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
                  <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
                </g>
              )}
              {value === 'dark' && (
                <path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z" fill="currentColor" />
              )}
            </svg>
          </>
        ),
      }))}
    />
  )
}
