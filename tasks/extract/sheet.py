"""x"""
from tasks.printed import *
def read(data,name=""): raise NotImplementedError
def reread(data,locator): raise NotImplementedError
