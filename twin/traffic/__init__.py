"""The traffic twin: what a closed street, another signal plan or rain would do to an hour of it.

SUMO (mesoscopic, junctions controlled, drivers rerouting) is run as a program beside this one; its
library in this process would leave its state behind and change results when speeds are read.
"""
