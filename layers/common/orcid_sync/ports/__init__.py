"""What the services need from the world, a module for each subject. Adapters and fakes implement these and pass one
contract suite (STYLE, habit 5).
"""
