### The texts in Spanish. Their names, arguments and notes are in en.ftl.
