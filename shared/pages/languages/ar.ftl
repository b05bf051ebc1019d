### The texts in Arabic. Their names, arguments and notes are in en.ftl.
