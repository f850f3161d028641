/** The name of a class by which classes are told apart where upper and lower case do not matter. */
export const comparableName = (name: string): string => name.normalize('NFC').toLowerCase()
