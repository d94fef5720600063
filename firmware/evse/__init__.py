"""Borne's charge controller.  Start reading at app/controller.py."""

VERSION = "0.1.0"
