### The texts in French. Their names, arguments and notes are in en.ftl.
