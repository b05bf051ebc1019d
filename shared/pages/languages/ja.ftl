### The texts in Japanese. Their names, arguments and notes are in en.ftl.
