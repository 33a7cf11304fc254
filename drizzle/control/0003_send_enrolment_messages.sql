INSERT INTO `meta_tags` (`id`, `name`, `value_type`, `enum_values`) VALUES
	(10132, 'Send enrolment messages', 'bool', '[]');
