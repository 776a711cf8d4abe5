"""Work that takes seconds: asked for by a page or a schedule, done beside everything else.

A job is one kind of work with inputs. It is kept in the operations store from the moment it is
asked, done at low priority in a process of its own, followed by its progress, cancelled at any
moment, and answered from the store when the same was asked before. Not for what the work is: that
is `twin` and `analytics`, which this folder never imports but by the name of a kind.
"""
