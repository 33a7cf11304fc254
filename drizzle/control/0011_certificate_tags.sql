INSERT INTO `meta_tags` (`id`, `name`, `value_type`, `enum_values`) VALUES
	(10146, 'Certificate of participation', 'int', '[]'),
	(11812, 'Certificate type', 'enum', '["generated","external"]'),
	(900003, 'Automatic course creation', 'bool', '[]');
