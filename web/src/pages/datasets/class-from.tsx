import type { ClassFolder } from '../../api/generated'
import type { Problem } from '../../api/problem'
import { RadioField, type RadioOption } from '../../components/radio-field'

/** Which folder names the class; `LOOK` leaves it to the service, which looks for files of labels too. */
export type ClassFrom = 'LOOK' | ClassFolder

const options: readonly RadioOption<ClassFrom>[] = [
  {
    value: 'LOOK',
    label: 'Find it',
    explanation: 'Files of labels count where there are any. Otherwise it is the folder below the split.',
  },
  {
    value: 'TOP',
    label: 'The folder below the split',
    explanation: 'Folders in it belong to the class: birds/owl/1.jpg is of the class birds.',
  },
  {
    value: 'PARENT',
    label: 'The folder nearest to the image',
    explanation: 'birds/owl/1.jpg is of the class owl.',
  },
]

/** Chooses the folder that names the class of an image. */
export const ClassFromField = ({
  value,
  problems,
  onChange,
}: {
  readonly value: ClassFrom
  readonly problems: readonly Problem[]
  readonly onChange: (value: ClassFrom) => void
}) => (
  <RadioField
    label="Class of an image"
    value={value}
    options={options}
    problems={problems}
    onChange={onChange}
  />
)
