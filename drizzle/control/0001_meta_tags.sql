INSERT INTO `meta_tags` (`id`, `name`, `value_type`, `enum_values`) VALUES
	(11801, 'Cancel when prerequisites are overdue', 'bool', '[]'),
	(11813, 'Cancel inactive users', 'bool', '[]'),
	(11814, 'Learning path completion by', 'enum', '["none","progress","logic"]'),
	(11816, 'Cancel the waiting list at the start', 'bool', '[]'),
	(11838, 'No registration without prerequisites', 'bool', '[]'),
	(12703, 'Prerequisites due on', 'day', '[]'),
	(900001, 'Automatic update', 'bool', '[]'),
	(900002, 'Automatically set to ''fixed''', 'int', '[]');
