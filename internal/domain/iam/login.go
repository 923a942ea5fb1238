package iam

// FindLogin gives a user's login profile, or NoSuchEntity.
func (s *State) FindLogin(user string) (*User, error) {
	u, err := s.FindUser(user)
	if err == nil && u.Login == nil {
		return nil, noSuch("Login Profile for User %s cannot be found.", user)
	}
	return u, err
}

// CreateLogin gives a user a console password.
func (s *State) CreateLogin(env Env, user, password string, reset bool) (*User, error) {
	u, err := s.FindUser(user)
	if err != nil {
		return nil, err
	}
	if u.Login != nil {
		return nil, exists("Login Profile for user %s already exists.", user)
	}
	if err := s.checkPassword(password); err != nil {
		return nil, err
	}
	return s.putLogin(u, &LoginProfile{Created: env.Now, ResetRequired: reset}), nil
}

// UpdateLogin changes a user's console password ("" for no change) and whether it must be changed at the next sign-in
// (nil for no change).
func (s *State) UpdateLogin(user, password string, reset *bool) error {
	u, err := s.FindLogin(user)
	if err != nil {
		return err
	}
	if password != "" {
		if err := s.checkPassword(password); err != nil {
			return err
		}
	}
	login := *u.Login
	if reset != nil {
		login.ResetRequired = *reset
	}
	s.putLogin(u, &login)
	return nil
}

// DeleteLogin takes a user's console password away.
func (s *State) DeleteLogin(user string) error {
	u, err := s.FindLogin(user)
	if err != nil {
		return err
	}
	s.putLogin(u, nil)
	return nil
}

func (s *State) putLogin(u *User, login *LoginProfile) *User {
	changed := *u
	changed.Login = login
	s.Users.Put(&changed)
	return &changed
}
